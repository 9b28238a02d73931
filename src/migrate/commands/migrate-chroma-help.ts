/** What `help migrate-chroma` says below the flags. */
export const MIGRATE_CHROMA_HELP = `
Without --chroma-path and --chroma-url it migrates what the service keeps in ChromaDB (CHROMA_URL, CHROMA_PATH). It can
be run again and again: ids are derived from the source, and only what is not there yet is written. Each batch is one
transaction with its checkpoint; Ctrl-C ends after the batch in hand. What PostgreSQL cannot keep is written to
migration-<run>-rejects.ndjson in the current directory, with everything that it had.

Afterwards everything is read back and compared with the source. --rollback takes a run back; migrate-runs lists them.

Ends with 0; with 1 if records were rejected or the comparison failed, 2 if called wrongly, 3 if source or target cannot be used, 130 if
interrupted. After 3 and 130 --resume goes on.

Examples:
  npm run cli -- migrate-chroma --chroma-path ./data/chroma --dry-run
  npm run cli -- migrate-chroma --chroma-path ./data/chroma
  npm run cli -- migrate-chroma --chroma-path ./data/chroma --resume
  npm run cli -- migrate-chroma --rollback 01a208af-3ac9-727f-9b24-182b08d62fe4
  npm run cli -- migrate-chroma --chroma-path /srv/old/chroma --all-collections --user-id 7
  npm run cli -- migrate-chroma --chroma-url http://localhost:8001 --collection notes --collection diary
  npm run --silent cli -- migrate-chroma --dry-run --json > report.json`;
