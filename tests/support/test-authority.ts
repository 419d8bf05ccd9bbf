import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificate and key, as files. */
export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

const settings = `
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 2
default_crl_days = 2
unique_subject = no
copy_extensions = copy
policy = name
[name]
commonName = supplied
`;

/** A certificate authority in a folder of its own, by the machine's openssl. */
export class TestAuthority {
  readonly #dir: string;

  constructor(dir: string, name = 'test authority') {
    this.#dir = dir;
    writeFileSync(join(dir, 'authority.cnf'), settings);
    writeFileSync(join(dir, 'index.txt'), '');
    writeFileSync(join(dir, 'serial'), '01\n');
    this.#openssl('req', '-x509', ...newKey('ca'), '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`);
  }

  /** PEM file of the authority. */
  get caFile(): string {
    return join(this.#dir, 'ca.pem');
  }

  /** A certificate for a name; `address`: one that a server is reached by. `file`: where it goes, by default the name. */
  issue(name: string, { address, file = name }: { address?: string; file?: string } = {}): IssuedCertificate {
    const names = address === undefined ? [] : ['-addext', `subjectAltName=IP:${address}`];
    this.#openssl('req', ...newKey(file), '-out', `${file}.csr`, '-subj', `/CN=${name}`, ...names);
    this.#openssl(...own, '-batch', '-notext', '-in', `${file}.csr`, '-out', `${file}.pem`);
    return { certFile: join(this.#dir, `${file}.pem`), keyFile: join(this.#dir, `${file}.key`) };
  }

  revoke({ certFile }: IssuedCertificate): void {
    this.#openssl(...own, '-revoke', certFile);
  }

  /** Writes the revocation list and says where it is. */
  revocationList(): string {
    this.#openssl(...own, '-gencrl', '-out', 'revoked.pem');
    return join(this.#dir, 'revoked.pem');
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#dir, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

const own = ['ca', '-config', 'authority.cnf'];

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', `${file}.key`];
}
