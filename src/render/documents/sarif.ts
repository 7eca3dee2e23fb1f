import type { CheckedTemplate } from '../../model/stack/check.js';
import { CODES } from '../codes.js';

/**
 * Findings in SARIF 2.1.0, the format that code hosts show at the line of a file.
 * @param version of this tool
 */
export function sarif(templates: readonly CheckedTemplate[], version: string): object {
  const codes = [...new Set(templates.flatMap(({ findings }) => findings.map(({ code }) => code)))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'ha-updater',
            version,
            rules: codes.map((id) => ({
              id,
              ...(CODES[id] !== undefined && { shortDescription: { text: CODES[id] } }),
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: templates.flatMap(({ origin, findings }) =>
          findings.map(({ code, line, column, severity, text, remedy, path }) => ({
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: severity,
            message: { text: `${text} ${remedy}`.trim() },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(origin) },
                  region: { startLine: line, startColumn: column },
                },
                ...(path !== '' && { logicalLocations: [{ fullyQualifiedName: path }] }),
              },
            ],
          })),
        ),
      },
    ],
  };
}

/** A relative path stays relative, so that it is found in any checkout. */
function uriOf(origin: string): string {
  if (origin.includes('://')) return origin;
  const path = origin.replaceAll('\\', '/').replace(/^\.\//, '');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
