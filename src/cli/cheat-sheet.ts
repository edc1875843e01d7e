/** The commands people look up most, in the order in which they are needed. */

export interface CheatSection {
  readonly title: string;
  readonly lines: readonly { readonly command: string; readonly does: string }[];
}

const section = (title: string, lines: Readonly<Record<string, string>>): CheatSection => ({
  title,
  lines: Object.entries(lines).map(([command, does]) => ({ command, does })),
});

export const CHEAT_SHEET: readonly CheatSection[] = [
  section("Begin", {
    "statusctl init": "make a profile; the words are shown once",
    "statusctl whoami --qr": "your key, as text and picture",
    "statusctl demo": "the whole story on a network of this machine",
    "statusctl devnet --relays 3": "a throw-away network; prints how to use it",
  }),
  section("Talk", {
    "statusctl send --chat status 'hello'": "a message to a public chat",
    "date | statusctl send --chat status -": "what a program prints",
    "statusctl watch --chat status": "live messages",
    "statusctl watch --chat status --count 1 --timeout 1m": "wait for one message; exit code 4 when none comes",
    "statusctl mailserver-request --chat status --from yesterday": "what was missed",
  }),
  section("Look inside", {
    "statusctl watch --raw --ndjson > envelopes.ndjson": "keep envelopes",
    "statusctl envelope decode - < envelopes.ndjson": "take them apart",
    "statusctl envelope open FILE --chat status --explain": "every layer, and why one does not open",
    "statusctl topic guess 0xcd423760 --wordlist names.txt": "which chat is it?",
    "statusctl ratchet-inspect": "sessions, counters, skipped keys",
  }),
  section("Network", {
    "statusctl connect enode://...": "how far a node lets us come, stage by stage",
    "statusctl discover --for 30s": "find peers",
    "statusctl serve --mailserver": "run a node",
    "statusctl check delivery": "post here, see it there: for cron",
  }),
  section("For scripts", {
    "statusctl COMMAND --json": "one JSON value; its shape: statusctl schema show COMMAND",
    "statusctl COMMAND --ndjson": "a stream, one object per line",
    "statusctl COMMAND --fields a,b.c": "these values, with tabs between",
    "statusctl explain 7": "what an exit code means",
  }),
];
