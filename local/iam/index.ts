// IAM in the local cloud: calls that functions and state machines make are checked against the policies of their roles,
// as far as the deployed templates have them; calls from outside are not.
// An app gets checked as well once it calls with credentials of a deployed role, which STS's AssumeRole gives.
// Where it is simpler than AWS: trust policies are asked for services alone, no session policies, no service or resource control policies, no KMS. What policies say
// that cannot be evaluated here is refused at deployment, by name.

export { createGuard, createRefusals, type Guard } from './guard.ts';
export { createRoles, type RoleDefinition, type Roles } from './roles.ts';
