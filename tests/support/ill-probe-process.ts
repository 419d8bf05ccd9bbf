/** A probe of hardware that goes wrong the way it is told to: drivers do. */
const { device } = JSON.parse(process.argv[2] ?? '{}') as { device?: string };
if (device === 'crash') process.kill(process.pid, 'SIGSEGV');
if (device === 'babble') process.stdout.write('libva info: hello');
if (device === 'fail') process.exitCode = 4;
if (device === 'hang') setInterval(() => {}, 1000);
