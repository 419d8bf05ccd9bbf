/** A trial of a provider that goes wrong the way the model's path tells it to: drivers do. */
const { path } = JSON.parse(process.argv[2] ?? '{}') as { path?: string };
if (path === 'crash') process.kill(process.pid, 'SIGSEGV');
if (path === 'babble') process.stdout.write('libva info: hello');
if (path === 'fail') process.exitCode = 4;
if (path === 'hang') setInterval(() => {}, 1000);
