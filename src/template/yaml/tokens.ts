import { Lexer, Parser, type CST } from 'yaml';

/** What we need to know of the library's lexer: it says nowhere else how far a quoted scalar may be out-dented. */
interface Inside {
  buffer: string;
  continueScalar: (offset: number) => number;
  parseQuotedScalar: () => Generator<string, string | undefined, undefined>;
}

/**
 * The tokens of a text.
 * @param lenient a quoted scalar may go on in the next line without deeper indentation, as PyYAML and SnakeYAML
 *   (which CloudFormation uses) take it, although YAML says otherwise
 */
export function tokensOf(text: string, onNewLine: (offset: number) => void, lenient: boolean): readonly CST.Token[] {
  const parser = new Parser(onNewLine);
  if (!lenient) return [...parser.parse(text)];
  const tokens: CST.Token[] = [];
  onNewLine(0);
  for (const lexeme of lenientLexer().lex(text)) tokens.push(...parser.next(lexeme));
  tokens.push(...parser.end());
  return tokens;
}

function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as Inside;
  const strictly = inside.continueScalar.bind(lexer);
  const parseQuoted = inside.parseQuotedScalar.bind(lexer);
  inside.parseQuotedScalar = function* () {
    inside.continueScalar = (offset) => (endsDocument(inside.buffer, offset) ? -1 : offset);
    try {
      return yield* parseQuoted();
    } finally {
      inside.continueScalar = strictly;
    }
  };
  return lexer;
}

/** Such a line ends a document even inside of quotes. */
function endsDocument(text: string, offset: number): boolean {
  return /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(offset, offset + 4));
}
