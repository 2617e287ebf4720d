// Schedules of EventBridge Scheduler.

import * as z from 'zod';
import { parseSchedule } from '../../events/schedules.ts';
import { isSupported } from '../../events/targets.ts';
import { physicalName } from '../names.ts';
import { defineProvider } from './provider.ts';

const shape = {
  Name: z.string().optional(),
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string().optional(),
  ScheduleExpressionTimezone: z.string().optional(),
  State: z.string().default('ENABLED'),
  FlexibleTimeWindow: z.looseObject({ Mode: z.string() }).optional(),
  Target: z.looseObject({
    Arn: z.string().optional(),
    RoleArn: z.string().optional(),
    Input: z.string().default('{}'),
    RetryPolicy: z
      .object({
        MaximumEventAgeInSeconds: z.coerce.number().default(86_400),
        MaximumRetryAttempts: z.coerce.number().default(185),
      })
      .prefault({}),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  }),
};
const schema = z.object(shape);
type Schedule = z.output<typeof schema>;

/** What of a schedule is not done; then it does nothing at all. */
function problemsOf(schedule: Schedule): string[] {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone, Target: target } = schedule;
  if (schedule.State === 'DISABLED') return [];
  if (target.Arn === undefined || target.RoleArn === undefined || !isSupported(target.Arn)) return ['Target'];
  if (zone !== undefined && !/^(?:Etc\/)?UTC$/.test(zone)) return ['ScheduleExpressionTimezone'];
  try {
    parseSchedule(expression ?? '', 0);
    return [];
  } catch {
    return [`ScheduleExpression: ${expression}`];
  }
}

export const schedule = defineProvider({
  shape,
  inert: ['Description', 'KmsKeyArn'],
  ignored: (properties) => {
    const { data } = schema.safeParse(properties);
    return data === undefined ? [] : problemsOf(data);
  },
  async create(properties, { stackName, logicalId }, target) {
    const name = properties.Name ?? physicalName(stackName, logicalId, { maxLength: 64 });
    const { region, accountId } = target.identity;
    const arn = `arn:aws:scheduler:${region}:${accountId}:schedule/${properties.GroupName}/${name}`;
    const {
      Arn: targetArn,
      RoleArn: roleArn,
      Input: input,
      RetryPolicy: retry,
      DeadLetterConfig,
    } = properties.Target;
    const does = properties.State !== 'DISABLED' && problemsOf(properties).length === 0;
    if (does && targetArn !== undefined && roleArn !== undefined) {
      target.scheduler.addSchedule({
        ...{ arn, targetArn, roleArn, input },
        expression: properties.ScheduleExpression ?? '',
        maxRetries: retry.MaximumRetryAttempts,
        maxAgeSeconds: retry.MaximumEventAgeInSeconds,
        deadLetters: DeadLetterConfig?.Arn,
      });
    }
    return { physicalId: name, attributes: { Arn: arn } };
  },
});
