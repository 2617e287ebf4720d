// EventBridge's one operation as an action on the bus.
// Source: Service Authorization Reference, "Amazon EventBridge".

import { arnOf, type Mapping } from './need.ts';

export const eventsNeeds: Mapping = {
  PutEvents: ({ identity }) => [
    { action: 'events:PutEvents', resource: arnOf(identity, 'events', 'event-bus/default') },
  ],
};
