// Deploys CloudFormation stacks into the local cloud and answers for them.

export { loadAssembly, loadTemplate } from './assembly.ts';
export { type DeployedStack, deployStacks } from './deploy.ts';
export { DeploymentError } from './errors.ts';
export type { DeploymentTarget } from './resources/index.ts';
export { createCloudFormation } from './service.ts';
