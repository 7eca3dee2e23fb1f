import {
  Composer,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  parseDocument,
  Parser,
  visit,
  type CollectionTag,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type ScalarTag,
} from 'yaml';

/**
 * A document as CloudFormation's reader takes it, which is SnakeYAML: quoted text may go on in the next line without
 * deeper indentation. The errors of the document are those of the strict reading where neither succeeds.
 */
export function readYaml(body: string, customTags: (ScalarTag | CollectionTag)[]): Document.Parsed {
  const options = { customTags, schema: 'core', version: '1.2', merge: false, logLevel: 'silent' } as const;
  const strict = parseDocument(body, options);
  if (strict.errors.length === 0) return strict;
  const parser = new Parser();
  const tokens = [...lenientLexer().lex(body)].flatMap((lexeme) => [...parser.next(lexeme)]);
  const [lenient] = new Composer(options).compose([...tokens, ...parser.end()], true, body.length);
  return lenient?.errors.length === 0 ? lenient : strict;
}

/** The library says nowhere else how far a quoted scalar may be out-dented. */
function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const inside = lexer as unknown as {
    continueScalar: (offset: number) => number;
    parseQuotedScalar: () => Generator<string, string | undefined, undefined>;
  };
  const strictly = inside.continueScalar.bind(lexer);
  const parseQuoted = inside.parseQuotedScalar.bind(lexer);
  inside.parseQuotedScalar = function* () {
    inside.continueScalar = (offset) => offset;
    const next = yield* parseQuoted();
    inside.continueScalar = strictly;
    return next;
  };
  return lexer;
}

/**
 * Reads the unquoted values below a node as YAML 1.1: `Yes` is true and 0755 is 493. Keys, and values that name what a
 * template declares, stand as they are written.
 * @param key of the node itself, such as `Fn::If`; '' for a document
 */
export function asYaml11(root: Node | Document.Parsed, key: string): void {
  visit(root, {
    Scalar: (at, node, ancestors) => {
      if (at === 'key' || node.type !== 'PLAIN' || node.tag !== undefined || typeof node.source !== 'string') return;
      const above = ancestors.at(-1);
      const pair = ancestors.findLast((one): one is Pair => isPair(one));
      // A list stands directly below the pair, or below the node that we began with.
      const direct = ancestors.at(-1) === pair || (isSeq(above) && (ancestors.at(-2) === pair || above === root));
      const name = !direct || pair === undefined || above === root ? key : nameOf(pair);
      if (direct && isName(name, isSeq(above) ? Number(at) : undefined)) return;
      node.value = valueRead(node.source, node.value);
    },
  });
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function isName(key: string, index: number | undefined): boolean {
  if (['Condition', 'DependsOn', 'Ref', 'Fn::GetAtt', 'Fn::FindInMap'].includes(key)) return true;
  return key === 'Fn::If' && index === 0;
}

/** PyYAML's and SnakeYAML's booleans and octal numbers; other forms of numbers stay as the core schema reads them. */
function valueRead(source: string, value: Scalar['value']): Scalar['value'] {
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(source)) return true;
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(source)) return false;
  if (/^0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  // A zero in front of other digits is no number of YAML 1.1.
  return /^0[0-9]+$/.test(source) ? source : value;
}
