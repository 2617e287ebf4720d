// Why a stack is not deployed.

/** What cannot be deployed locally; the message says which stack, resource or field, and why. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
