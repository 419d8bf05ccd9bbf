import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A self-signed certificate for 127.0.0.1, made for one test. */
export interface TestCertificate {
  /** PEM texts. */
  readonly cert: string;
  readonly key: string;
  /** Where the certificate lies. */
  readonly certFile: string;
  /** SHA-256, with colons. */
  readonly fingerprint: string;
}

/** Has the machine's openssl make a certificate in `folder`. */
export async function makeTestCertificate(folder: string): Promise<TestCertificate> {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=camera', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', keyFile];
  await promisify(execFile)('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject]);
  const cert = await readFile(certFile, 'utf8');
  const { fingerprint256 } = new X509Certificate(cert);
  return { cert, key: await readFile(keyFile, 'utf8'), certFile, fingerprint: fingerprint256 };
}
