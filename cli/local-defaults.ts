// An AWS_ENDPOINT_URL on this machine is a local cloud, which takes any credentials: none need be set.

/** Adds credentials and Region where the endpoint is local and none are named. */
export function useLocalDefaults(env: Record<string, string | undefined>): void {
  const endpoint = env.AWS_ENDPOINT_URL ?? '';
  if (!isLoopback(endpoint) || env.AWS_PROFILE) return;
  if (!env.AWS_ACCESS_KEY_ID) {
    env.AWS_ACCESS_KEY_ID = 'local';
    env.AWS_SECRET_ACCESS_KEY = 'local';
  }
  if (!env.AWS_REGION) env.AWS_REGION = env.AWS_DEFAULT_REGION || 'us-east-1';
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost)$/.test(hostname);
}
