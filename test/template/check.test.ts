import { expect } from 'chai';
import { checkTemplate } from '../../src/template/check.js';
import { declaredParameters } from '../../src/template/parameters/declared.js';
import { parseTemplate } from '../../src/template/parse.js';

const check = (text: string): string[] =>
  checkTemplate(parseTemplate(text, 't').template).map(
    ({ code, path, line, column, severity }) => `${severity} ${code} ${path} ${line}:${column}`,
  );

const head = 'Resources:\n  Topic: {Type: "AWS::SNS::Topic"}\n';

describe('checking a template', () => {
  it('finds nothing in a good one', () => expect(check(good)).to.deep.equal([]));

  it('finds unknown sections and missing resources', () => {
    expect(check('Resorces: {}\n')).to.deep.equal([
      'error template.section Resorces 1:1',
      'error template.noResources Resources 1:1',
    ]);
    expect(check('Resources:\n')).to.deep.equal(['error template.noResources Resources 1:1']);
    expect(check(`Transform: X\nOwn: 1\n${head}`)).to.deep.equal(['warning template.section Own 2:1']);
  });

  it('finds parameters and resources without a type', () => {
    expect(check('Parameters:\n  P: {}\nResources:\n  R: {}\n')).to.deep.equal([
      'error template.parameterType Parameters/P 2:3',
      'error template.resourceType Resources/R 4:3',
    ]);
  });

  describe('finds names that nothing declares in', () => {
    const within = (value: string): string =>
      `Resources:\n  Topic: {Type: "AWS::SNS::Topic", Properties: {P: ${value}}}\n`;
    const cases: readonly (readonly [string, string, string])[] = [
      ['Ref', within('!Ref Nowhere'), 'Resources/Topic/Properties/P/Ref'],
      ['GetAtt', within('!GetAtt Nowhere.Arn'), 'Resources/Topic/Properties/P/Fn::GetAtt'],
      ['GetAtt as a list', within('{"Fn::GetAtt": [Nowhere, Arn]}'), 'Resources/Topic/Properties/P/Fn::GetAtt'],
      ['Sub', within('!Sub "a-${Nowhere}"'), 'Resources/Topic/Properties/P/Fn::Sub'],
      ['Sub of an attribute', within('!Sub "a-${Nowhere.Arn}"'), 'Resources/Topic/Properties/P/Fn::Sub'],
      [
        'Sub with names of its own',
        within('!Sub ["${Own}${Nowhere}", {Own: 1}]'),
        'Resources/Topic/Properties/P/Fn::Sub',
      ],
      ['If', within('!If [Nowhere, a, b]'), 'Resources/Topic/Properties/P/Fn::If'],
      ['FindInMap', within('!FindInMap [Nowhere, a, b]'), 'Resources/Topic/Properties/P/Fn::FindInMap'],
      ['DependsOn', 'Resources:\n  T: {Type: A, DependsOn: Nowhere}\n', 'Resources/T/DependsOn'],
      [
        'DependsOn as a list',
        'Resources:\n  T: {Type: A, DependsOn: [T2, Nowhere]}\n  T2: {Type: A}\n',
        'Resources/T/DependsOn/1',
      ],
      ['Condition', 'Resources:\n  T: {Type: A, Condition: Nowhere}\n', 'Resources/T/Condition'],
      [
        'a condition of conditions',
        `${head}Conditions:\n  C: !Not [!Condition Nowhere]\n`,
        'Conditions/C/Fn::Not/0/Condition',
      ],
      ['an output', `${head}Outputs:\n  O: {Value: !Ref Nowhere}\n`, 'Outputs/O/Value/Ref'],
      ["an output's condition", `${head}Outputs:\n  O: {Value: a, Condition: Nowhere}\n`, 'Outputs/O/Condition'],
    ];
    for (const [what, text, path] of cases) {
      it(what, () =>
        expect(check(text).map((line) => line.replace(/ \d+:\d+$/, ''))).to.deep.equal([
          `error template.undeclared ${path}`,
        ]),
      );
    }
  });

  it('proposes the name that was probably meant', () => {
    const [finding] = checkTemplate(
      parseTemplate(`Parameters: {ImageId: {Type: String}}\n${head}Outputs: {O: {Value: !Ref ImagId}}\n`, 't').template,
    );
    expect(finding?.remedy).to.equal('Did you mean ImageId?');
  });

  it('says nothing of names where macros, loops or modules may bring them', () => {
    const outputs = 'Outputs: {O: {Value: !Ref FromElsewhere}}\n';
    expect(check(`Transform: AWS::LanguageExtensions\n${head}${outputs}`)).to.deep.equal([]);
    expect(check(`${head}  Fn::Transform: {Name: AWS::Include}\n${outputs}`)).to.deep.equal([]);
    expect(check(`Resources:\n  M: {Type: "A::B::C::MODULE"}\n${outputs}`)).to.deep.equal([]);
  });

  it("leaves a policy document's Condition alone", () => {
    expect(
      check('Resources:\n  R: {Type: A, Properties: {Doc: {Condition: {Bool: {a: b}}}, Own: {Condition: text}}}\n'),
    ).to.deep.equal([]);
  });

  describe('finds resources that wait for each other', () => {
    const circles = (text: string): string[] =>
      checkTemplate(parseTemplate(text, 't').template)
        .filter(({ code }) => code === 'template.circular')
        .map(({ text: said, line }) => `${line} ${said}`);
    const pair = (a: string, b: string): string => `Resources:\n  A: {Type: T, ${a}}\n  B: {Type: T, ${b}}\n`;
    const circle = ['2 Resources wait for each other in a circle: A → B → A.'];
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      ['DependsOn: B', 'DependsOn: [A]', circle],
      ['Properties: {P: !Ref B}', 'DependsOn: A', circle],
      ['Properties: {P: [{Q: !GetAtt B.Arn}]}', 'Properties: {P: {"Fn::GetAtt": [A, Arn]}}', circle],
      ['Properties: {P: !Sub "x-${B.Arn}"}', 'Properties: {P: !Sub ["${A}${C}", {C: c}]}', circle],
      ['Properties: {P: !Ref A}', 'DependsOn: A', ['2 Resources wait for each other in a circle: A → A.']],
      ['Properties: {P: !Ref B}', 'Properties: {P: !Sub ["${A}", {A: own}]}', []],
      ['Properties: {P: !Ref B}', 'Properties: {P: !Sub "${!A}"}', []],
      ['Properties: {P: !Ref B}', 'Condition: C, DependsOn: A', []],
      ['Properties: {P: !Ref B}', 'Properties: {P: !If [C, !Ref A, x]}', []],
      ['Properties: {P: !Ref B}', 'Metadata: {P: !Ref A}', []],
      ['DependsOn: B', 'DependsOn: Nowhere', []],
    ];
    for (const [a, b, right] of cases) it(`${a} and ${b}`, () => expect(circles(pair(a, b))).to.deep.equal(right));
    it('several circles, and those beside them that are none', () => {
      const rows = ['A: B', 'B: C', 'C: A', 'D: A', 'E: F', 'F: E', 'G: H', 'H: H2', 'H2: none'].map((row) => {
        const [name = '', after = ''] = row.split(': ');
        return `  ${name}: {Type: T, DependsOn: ${after}}\n`;
      });
      expect(circles(`Resources:\n${rows.join('')}`)).to.deep.equal([
        '2 Resources wait for each other in a circle: A → B → C → A.',
        '6 Resources wait for each other in a circle: E → F → E.',
      ]);
    });
    it('nothing where macros may change it', () =>
      expect(circles(`Transform: X\n${pair('DependsOn: B', 'DependsOn: A')}`)).to.deep.equal([]));
  });

  it('finds names that are not alphanumeric', () => {
    const text =
      'Parameters: {a_b: {Type: String}}\nResources:\n  my-topic: {Type: T}\n  Good1: {Type: T}\nOutputs: {"o.x": {Value: a}}\n';
    expect(check(text)).to.deep.equal([
      'error template.name Parameters/a_b 1:14',
      'error template.name Resources/my-topic 3:3',
      'error template.name Outputs/o.x 5:11',
    ]);
    expect(check(`Transform: X\n${text}`)).to.deep.equal([]);
  });

  it('finds loops that no transform expands', () => {
    const loop = 'Resources:\n  Fn::ForEach::Topics:\n    - Name\n    - [a]\n    - Topic${Name}: {Type: T}\n';
    expect(check(loop)).to.deep.equal(['error template.loop Resources/Fn::ForEach::Topics 2:3']);
    expect(check(`Transform: AWS::Serverless-2016-10-31\n${loop}`)).to.deep.equal([
      'warning template.loop Resources/Fn::ForEach::Topics 3:3',
    ]);
    for (const transform of ['AWS::LanguageExtensions', '[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]'])
      expect(check(`Transform: ${transform}\n${loop}`)).to.deep.equal([]);
  });

  describe('update policies of groups', () => {
    const group = (policy: string): string =>
      `Conditions: {C: !Equals [a, b]}\nResources:\n  Web:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    UpdatePolicy: ${policy}\n`;
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['{AutoScalingRollingUpdate: {MaxBatchSize: 1}}', ['error template.rollingUpdate']],
      ['{AutoScalingInstanceRefresh: {Strategy: Rolling}}', ['error template.instanceRefresh']],
      ['{AutoScalingReplacingUpdate: {WillReplace: true}}', ['error template.replacingUpdate']],
      ['{AutoScalingReplacingUpdate: {WillReplace: "true"}}', ['error template.replacingUpdate']],
      ['{AutoScalingReplacingUpdate: {WillReplace: yes}}', ['error template.replacingUpdate']],
      ['{AutoScalingReplacingUpdate: {WillReplace: false}}', []],
      ['{AutoScalingReplacingUpdate: {WillReplace: !If [C, true, false]}}', ['warning template.replacingUpdate']],
      ['{AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}', []],
      ['!If [C, {AutoScalingRollingUpdate: {}}, !Ref "AWS::NoValue"]', ['error template.rollingUpdate']],
      [
        '{AutoScalingRollingUpdate: {}, AutoScalingReplacingUpdate: {WillReplace: true}}',
        ['error template.rollingUpdate', 'error template.replacingUpdate'],
      ],
    ];
    for (const [policy, found] of cases) {
      it(policy, () =>
        expect(check(group(policy)).map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal(found),
      );
    }
    it("of other resources are nobody's business here", () => {
      expect(
        check('Resources:\n  F: {Type: "AWS::Lambda::Alias", UpdatePolicy: {AutoScalingRollingUpdate: {}}}\n'),
      ).to.deep.equal([]);
    });
  });

  it('warns of a desired capacity, unless the update leaves sizes alone', () => {
    const group = (rest: string): string =>
      `Resources:\n  W:\n    Type: AWS::AutoScaling::AutoScalingGroup\n    Properties: {DesiredCapacity: 2}\n${rest}`;
    expect(check(group(''))).to.deep.equal([
      'warning template.desiredCapacity Resources/W/Properties/DesiredCapacity 4:18',
    ]);
    expect(
      check(group('    UpdatePolicy: {AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}}\n')),
    ).to.deep.equal([]);
  });

  it('reads declared parameters with their limits, and leaves defaults of secrets behind', () => {
    const text = `Parameters:
  Image: {Type: String, Default: 012345, AllowedPattern: "[0-9]+", MinLength: 1, MaxLength: "9", ConstraintDescription: digits}
  Size: {Type: Number, MinValue: 1, MaxValue: 9, AllowedValues: [1, 2]}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Empty: {Type: String, Default: ""}
${head}`;
    expect(declaredParameters(parseTemplate(text, 't').template)).to.deep.equal([
      {
        key: 'Image',
        type: 'String',
        hasDefault: true,
        noEcho: false,
        default: '5349',
        allowedPattern: '[0-9]+',
        minLength: 1,
        maxLength: 9,
        constraintDescription: 'digits',
      },
      {
        key: 'Size',
        type: 'Number',
        hasDefault: false,
        noEcho: false,
        minValue: 1,
        maxValue: 9,
        allowedValues: ['1', '2'],
      },
      { key: 'Secret', type: 'String', hasDefault: true, noEcho: true },
      { key: 'Empty', type: 'String', hasDefault: true, noEcho: false, default: '' },
    ]);
  });
});

const good = `AWSTemplateFormatVersion: 2010-09-09
Description: x
Metadata: {a: 1}
Parameters:
  Image: {Type: String}
Mappings: {M: {a: {b: c}}}
Conditions:
  Big: !Equals [!Ref Image, x]
  Small: !Not [!Condition Big]
Resources:
  Lc:
    Type: AWS::AutoScaling::LaunchConfiguration
    Condition: Big
    Properties:
      ImageId: !Ref Image
      UserData: !Base64
        Fn::Sub: |
          echo \${AWS::StackName} \${Image} \${!NotMine} \${Group.Arn} $PLAIN \${}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    DependsOn: [Lc]
    Properties:
      LaunchConfigurationName: !If [Small, !Ref Lc, !Ref "AWS::NoValue"]
      Size: !FindInMap [M, a, b]
      Name: !Sub ["\${Own}-\${Image}", {Own: !GetAtt Lc.Arn}]
Outputs:
  Group: {Value: !Ref Group, Condition: Big}
`;
