import type { DemoTake } from '../../src/cli/demo-takes.ts';
import type { TicketSummary } from '../../src/contracts/desk-api.ts';
import type { CameraId, TicketId } from '../../src/domain/ids.ts';

/** A take of a scene; camera and clip are named for it. */
export function demoTake(scene: string, near = false): DemoTake {
  const clip = `${scene}.${near ? 'near' : 'fires'}`;
  return {
    camera: { id: `id-${clip}` as CameraId, name: clip },
    scene,
    near,
    path: `/${clip}`,
    file: `${clip}.mp4`,
  };
}

/** A ticket as the desk lists it, of the camera on which the scene happens unless said otherwise. */
export function listedTicket(
  number: number,
  scene: string,
  more: Partial<TicketSummary> & { near?: boolean } = {},
): TicketSummary {
  const { near = false, ...fields } = more;
  return {
    id: `ticket-${number}` as TicketId,
    number,
    state: 'DISPATCHED',
    scene,
    severity: 3,
    camera: { name: demoTake(scene, near).camera.name, lat: 30.87, lon: 120.43 },
    division: '330503001',
    station: undefined,
    department: undefined,
    createdAt: 0,
    updatedAt: 0,
    signDueAt: undefined,
    signOverdue: false,
    cleared: false,
    picture: undefined,
    ...fields,
  };
}
