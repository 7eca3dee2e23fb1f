import type { OperationTable } from '../../world.js';
import { requiredCapabilities } from './capabilities.js';
import { loadTemplate, type TemplateSource } from '../template/load.js';
import { stackOf } from './request.js';
import { compact } from '../resources/values.js';
import { cloudFormationState } from '../deploy/state.js';
import { invalid, type Template } from '../template/template.js';

/** The calls that read templates. */
export const templateOperations: OperationTable = {
  GetTemplate: (world, input: { StackName?: string; ChangeSetName?: string; TemplateStage?: string }) => {
    if (input.ChangeSetName !== undefined) {
      const found = [...cloudFormationState(world).changeSets.values()].find(
        (one) => one.id === input.ChangeSetName || one.name === input.ChangeSetName,
      );
      if (found !== undefined)
        return { TemplateBody: found.blueprint.body, StagesAvailable: ['Original', 'Processed'] };
    }
    const stack = stackOf(world, input.StackName, 'Stack with id X does not exist');
    return { TemplateBody: stack.blueprint.body, StagesAvailable: ['Original', 'Processed'] };
  },

  GetTemplateSummary: (world, input: TemplateSource & { StackName?: string }) => {
    if (input.StackName !== undefined && (input.TemplateBody !== undefined || input.TemplateURL !== undefined)) {
      throw invalid('You must specify exactly one of StackName, Template URL or Template Body.');
    }
    const template =
      input.StackName === undefined
        ? loadTemplate(world, input).template
        : stackOf(world, input.StackName, 'Stack with id X does not exist').blueprint.template;
    const { capabilities, reason } = requiredCapabilities(template);
    const types = [...new Set(Object.values(template.resources).map((resource) => resource.type))];
    return compact({
      Parameters: Object.entries(template.parameters).map(([key, parameter]) =>
        compact({
          ParameterKey: key,
          DefaultValue: parameter.defaultValue,
          ParameterType: parameter.type,
          NoEcho: parameter.noEcho,
          Description: parameter.description,
          ParameterConstraints:
            parameter.allowedValues === undefined ? {} : { AllowedValues: [...parameter.allowedValues] },
        }),
      ),
      Description: template.description,
      Capabilities: capabilities.length === 0 ? undefined : capabilities,
      CapabilitiesReason: reason,
      ResourceTypes: types,
      Version: template.version,
      Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
      DeclaredTransforms: template.transforms.length === 0 ? undefined : [...template.transforms],
      ResourceIdentifierSummaries: types.map((type) => ({
        ResourceType: type,
        LogicalResourceIds: logicalIds(template, type),
      })),
    });
  },

  ValidateTemplate: (world, input: TemplateSource) => {
    const { template } = loadTemplate(world, input);
    const { capabilities, reason } = requiredCapabilities(template);
    return compact({
      Parameters: Object.entries(template.parameters).map(([key, parameter]) =>
        compact({
          ParameterKey: key,
          DefaultValue: parameter.defaultValue,
          NoEcho: parameter.noEcho,
          Description: parameter.description,
        }),
      ),
      Description: template.description,
      Capabilities: capabilities.length === 0 ? undefined : capabilities,
      CapabilitiesReason: reason,
      DeclaredTransforms: template.transforms.length === 0 ? undefined : [...template.transforms],
    });
  },
};

function logicalIds(template: Template, type: string): string[] {
  return Object.entries(template.resources)
    .filter(([, resource]) => resource.type === type)
    .map(([name]) => name);
}
