/** How often to look, in milliseconds. */
const INTERVAL = 200;

// npm runs scripts through a shell, and the shell of many systems dies of a signal without passing it on: what npm runs
// ends, in order, when its shell is gone. What runs without npm may well outlive its parent.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, INTERVAL).unref();
}
