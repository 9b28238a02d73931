const { existsSync, readFileSync } = require('node:fs');

/** In kilobytes. On Linux not by getrusage, which begins with what the parent had resident when it forked. */
function peak() {
  const status = '/proc/self/status';
  if (!existsSync(status)) return process.resourceUsage().maxRSS;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))[1]);
}

// Tells the most memory that the process ever had resident as the last line of stderr.
process.on('exit', () => process.stderr.write(`\npeak ${peak()}\n`));
