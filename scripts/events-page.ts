import ts from 'typescript';

/**
 * docs/EVENTS.md from the text of src/model/event.ts: every member of the union `RunEvent` with its
 * fields, their types as written and their comments, so that the page cannot say anything else than
 * the code.
 */
export function eventsPage(text: string): string {
  const source = ts.createSourceFile('event.ts', text, ts.ScriptTarget.Latest, true);
  const events = membersOf(source, 'RunEvent').map((member) => eventPart(member, source));
  return [
    '# Events',
    '',
    '<!-- Written by `npm run docs` from src/model/event.ts. Change it there. -->',
    '',
    'What `--output jsonl` writes: one event per line, in the order in which things happened.',
    '',
    '    {"v":1,"seq":1,"at":1795230000000,"run":"20261121-030000-x7k2m","event":{"type":"run.started", ...}}',
    '',
    '`seq` counts from 1 without gaps, `at` is the time of the service in milliseconds since 1970. The last line of',
    'every run is `run.finished`. Types and fields only ever grow, so leave alone what you do not know. Names of',
    'types with a capital letter are declared in `src/model`. The JSON Schema is `docs/schemas/event.schema.json`;',
    'those of the documents of `--json` are beside it.',
    '',
    ...events.flatMap((part) => [...part, '']),
  ].join('\n');
}

function membersOf(source: ts.SourceFile, name: string): readonly ts.TypeLiteralNode[] {
  const alias = source.statements.find(
    (node): node is ts.TypeAliasDeclaration => ts.isTypeAliasDeclaration(node) && node.name.text === name,
  );
  if (alias === undefined || !ts.isUnionTypeNode(alias.type)) throw new Error(`${name} is no union.`);
  return alias.type.types.filter(ts.isTypeLiteralNode);
}

function eventPart(member: ts.TypeLiteralNode, source: ts.SourceFile): readonly string[] {
  const fields = member.members.filter(ts.isPropertySignature);
  const isType = (field: ts.PropertySignature): boolean => field.name.getText(source) === 'type';
  const title = fields.find(isType)?.type?.getText(source).replaceAll("'", '') ?? '';
  const rows = fields.filter((field) => !isType(field)).map((field) => fieldRow(field, source));
  return [
    `## ${title}`,
    '',
    ...(rows.length === 0 ? ['No fields.'] : ['| field | type | |', '|---|---|---|', ...rows]),
  ];
}

function fieldRow(field: ts.PropertySignature, source: ts.SourceFile): string {
  const type = (field.type?.getText(source) ?? '')
    .replaceAll('readonly ', '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('; }', ' }')
    .replaceAll('|', '\\|');
  const comment = ts
    .getJSDocCommentsAndTags(field)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '')
    .join(' ')
    .replaceAll(/\s+/g, ' ');
  const absent = field.questionToken === undefined ? '' : 'May be absent. ';
  return `| \`${field.name.getText(source)}\` | \`${type}\` | ${`${absent}${comment}`.trim()} |`.replace('|  |', '| |');
}
