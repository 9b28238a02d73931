// Tells the most memory that the process ever had resident, in kilobytes, as the last line of stderr.
process.on('exit', () => process.stderr.write(`\npeak ${process.resourceUsage().maxRSS}\n`));
