/** An edge node with two cameras on one street: broker, keys and secrets as the demo has them, in a folder of its own. */
export function streetEdgeText({ dir, mqttUrl, rtspPort }: { dir: string; mqttUrl: string; rtspPort: number }): string {
  return `site: demo
node: edge-1
keyFile: ${dir}/keys/node.pem

detect:
  models: [{ id: yolox-nano-416 }]

publish:
  broker:
    url: ${mqttUrl}
    username: edge-1
    password: { file: ${dir}/secret }
  outbox:
    path: ${dir}/edge/outbox.db
    evidenceDir: ${dir}/edge/evidence

cameras:
  - id: "33050200001320000001"
    name: Maple Road, kerb
    division: "330503001"
    lat: 30.8722
    lon: 120.4313
    stream: { url: "rtsp://127.0.0.1:${rtspPort}/street-parked", username: demo, password: { file: ${dir}/secret } }
    zones: &street
      - id: near-lane
        points: [[0.36, 0.5], [0.52, 0.5], [1, 0.86], [1, 1], [0.48, 1]]
        tags: [roadway]
    scenes: &parking
      illegal_parking:
        zones: [near-lane]
        dwellMs: 10000
        clearAfterMs: 4000

  - id: "33050200001320000002"
    name: Maple Road, crossing
    division: "330503001"
    lat: 30.8727
    lon: 120.4321
    stream: { url: "rtsp://127.0.0.1:${rtspPort}/street-passing", username: demo, password: { file: ${dir}/secret } }
    zones: *street
    scenes: *parking
`;
}
