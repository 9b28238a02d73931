/** What `help migrate-original` says below the flags. */
export const MIGRATE_ORIGINAL_HELP = `
It reads the tables users, projects, sessions and memories of the schema public; ours are in wisdom_memory, so that both
may be in one database. Vectors are carried as they are, memory 12 keeps its id pg_mem_12. A memory without a vector is
embedded. Users keep their ids; where one is somebody else here it stops and asks for --map-user. It can be run again
and again: only what is not there yet is written. Each batch is one transaction with its checkpoint; Ctrl-C ends after
the batch in hand. What cannot be kept is written to migration-<run>-rejects.ndjson in the current directory, with
everything that it had.

Afterwards everything is read back and compared with the source. --rollback takes a run back; migrate-runs lists them.

Ends with 0; with 1 if memories were rejected or the comparison failed, 2 if called wrongly, 3 if source or target cannot be used, 130 if
interrupted. After 3 and 130 --resume goes on.

Examples:
  npm run cli -- migrate-original --from postgresql://reader@db.example.org/wisdom --dry-run
  npm run cli -- migrate-original --from postgresql://reader@db.example.org/wisdom
  npm run cli -- migrate-original --from postgresql://reader@db.example.org/wisdom --resume
  npm run cli -- migrate-original --from postgresql://reader@db.example.org/wisdom --map-user 1=7 --map-user 2=8`;
