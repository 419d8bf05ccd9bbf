import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One profile the device offers. */
export interface FakeProfile {
  readonly token: string;
  readonly name: string;
  readonly encoding: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly url: string;
}

/** How the device behaves. */
export interface FakeOnvifOptions {
  readonly profiles: readonly FakeProfile[];
  readonly username?: string;
  readonly password?: string;
  /** Off by so much from the true time, as cameras without NTP are; refuses digests of another time (5 s). */
  readonly clockSkewMs?: number;
  /** Answers every request with this instead. */
  readonly garbage?: string;
  /** Accepts requests and never answers. */
  readonly silent?: boolean;
}

/**
 * A camera's ONVIF side as the standards describe it: device and media service (SOAP 1.2 over HTTP), user name token
 * with password digest (WS-Security UTP 1.0), and answers to WS-Discovery probes on loopback.
 */
export class FakeOnvifDevice {
  readonly requests: string[] = [];
  options: FakeOnvifOptions;
  #server: Server | undefined;
  #discovery: Socket | undefined;

  constructor(options: FakeOnvifOptions) {
    this.options = options;
  }

  get port(): number {
    const address = this.#server?.address() as AddressInfo | undefined;
    return address?.port ?? 0;
  }

  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Answers probes on 239.255.255.250:3702 of the loopback interface from now on. */
  async discoverable(): Promise<this> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    this.#discovery = socket;
    socket.on('message', (message, from) => {
      const id = /<wsa:MessageID[^>]*>([^<]+)</.exec(message.toString())?.[1] ?? '';
      socket.send('this is not XML', from.port, from.address);
      socket.send(this.#probeMatch(id), from.port, from.address);
    });
    socket.bind(3702);
    await once(socket, 'listening');
    socket.addMembership('239.255.255.250', '127.0.0.1');
    return this;
  }

  async stop(): Promise<void> {
    this.#discovery?.close();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }

  get #address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  #probeMatch(relatesTo: string): string {
    return envelope(
      `<d:ProbeMatches><d:ProbeMatch>
        <a:EndpointReference><a:Address>urn:uuid:5f5a69c2-e0ae-504f-829b-00fab1c0ffee</a:Address></a:EndpointReference>
        <d:Types>dn:NetworkVideoTransmitter</d:Types>
        <d:Scopes>onvif://www.onvif.org/name/Gate%203 onvif://www.onvif.org/hardware/FAKE-1 onvif://www.onvif.org/Profile/Streaming</d:Scopes>
        <d:XAddrs>${this.#address}/onvif/device_service</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>
      </d:ProbeMatch></d:ProbeMatches>`,
      `<a:RelatesTo>${relatesTo}</a:RelatesTo>`,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const action = /<s:Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? '?';
    this.requests.push(action);
    if (this.options.silent) return;
    const [status, answer] = this.#answer(action, body);
    response.writeHead(status, { 'content-type': 'application/soap+xml; charset=utf-8' }).end(answer);
  }

  #answer(action: string, body: string): [number, string] {
    if (this.options.garbage !== undefined) return [200, this.options.garbage];
    if (action === 'GetSystemDateAndTime') return [200, envelope(this.#time())];
    if (!this.#authorized(body)) return [400, fault('ter:NotAuthorized', 'Sender not Authorized')];
    if (action === 'GetServices') return [200, envelope(this.#services())];
    if (action === 'GetProfiles') return [200, envelope(this.#profiles())];
    if (action === 'GetStreamUri') return [200, envelope(this.#streamUri(body))];
    return [400, fault('ter:ActionNotSupported', 'Optional Action Not Implemented')];
  }

  #now(): Date {
    return new Date(Date.now() + (this.options.clockSkewMs ?? 0));
  }

  /** Digest = B64(SHA-1(nonce + created + password)). */
  #authorized(body: string): boolean {
    const { username, password } = this.options;
    if (username === undefined || password === undefined) return true;
    const part = (tag: string) => new RegExp(`<${tag}[^>]*>([^<]+)</${tag}>`).exec(body)?.[1] ?? '';
    const created = part('Created');
    const fresh = Math.abs(Date.parse(created) - this.#now().getTime()) < 5_000;
    const digest = createHash('sha1')
      .update(Buffer.from(part('Nonce'), 'base64'))
      .update(created + password)
      .digest('base64');
    return fresh && part('Username') === username && part('Password') === digest;
  }

  #time(): string {
    const now = this.#now();
    return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>
      <tt:UTCDateTime>
        <tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time>
        <tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>
      </tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
  }

  /** Its services' addresses are those of an inner network, as behind NAT. */
  #services(): string {
    const service = (namespace: string, path: string) =>
      `<tds:Service><tds:Namespace>http://www.onvif.org/ver10/${namespace}/wsdl</tds:Namespace><tds:XAddr>http://10.9.8.7/onvif/${path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>`;
    return `<tds:GetServicesResponse>${service('device', 'device_service')}${service('media', 'media_service')}</tds:GetServicesResponse>`;
  }

  #profiles(): string {
    const profiles = this.options.profiles.map(
      ({ token, name, encoding, width, height, fps }) => `<trt:Profiles token="${token}" fixed="true">
        <tt:Name>${name}</tt:Name>
        <tt:VideoEncoderConfiguration token="v-${token}"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>${encoding}</tt:Encoding>
          <tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality>
          <tt:RateControl><tt:FrameRateLimit>${fps}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>512</tt:BitrateLimit></tt:RateControl>
        </tt:VideoEncoderConfiguration></trt:Profiles>`,
    );
    return `<trt:GetProfilesResponse>${profiles.join('')}</trt:GetProfilesResponse>`;
  }

  #streamUri(body: string): string {
    const token = /<ProfileToken>([^<]+)</.exec(body)?.[1];
    const url = this.options.profiles.find((profile) => profile.token === token)?.url ?? '';
    return `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${url}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect></trt:MediaUri></trt:GetStreamUriResponse>`;
  }
}

function envelope(body: string, header = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><SOAP-ENV:Header>${header}</SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
}

function fault(subcode: string, reason: string): string {
  return envelope(
    `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>${subcode}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">${reason}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>`,
  );
}
