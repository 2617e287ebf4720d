// IAM in the local cloud: calls that functions and state machines make are checked against the policies of their roles,
// as far as the deployed templates have them; calls from outside are not.
// Where it is simpler than AWS: no session policies, no service or resource control policies, no KMS. What policies say
// that cannot be evaluated here is refused at deployment, by name.

export { createGuard, createRefusals, type Guard } from './guard.ts';
export { createRoles, type RoleDefinition, type Roles } from './roles.ts';
