// Klaviyo's official client talks to the simulated account as it would to Klaviyo itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sdk from 'klaviyo-api';
import { FilterBuilder, Sandbox, eventually, refused } from './sandbox.mjs';

const { EventEnum, MetricEnum, ProfileEnum } = sdk;
let sandbox;
before(async () => { sandbox = await Sandbox.start(); });
after(async () => { await sandbox?.stop(); });

const profile = (attributes, more = {}) => ({ data: { type: ProfileEnum.Profile, attributes, ...more } });
const by = (field, value) => ({ filter: new FilterBuilder().equals(field, value).build() });

describe('profiles', () => {
  test('create, and the same person again', async () => {
    const made = await sandbox.profiles.createProfile(profile({
      email: 'elin.berg@kund.tillbridge.dev', firstName: 'Elin', phoneNumber: '+46701740605',
      location: { city: 'Uppsala', country: 'Sweden' }, properties: { 'Customer Number': '9001' },
    }));
    assert.equal(made.response.status, 201);
    assert.equal(made.response.headers['ratelimit-limit'], '750');
    const { id, attributes } = made.body.data;
    assert.equal(attributes.email, 'elin.berg@kund.tillbridge.dev');
    assert.equal(attributes.firstName, 'Elin');
    assert.equal(attributes.location.city, 'Uppsala');
    assert.deepEqual(attributes.properties, { 'Customer Number': '9001' });
    assert.ok(Math.abs(new Date(attributes.created) - Date.now()) < 60_000);

    const conflict = await refused(sandbox.profiles.createProfile(profile({ email: 'elin.berg@kund.tillbridge.dev' })));
    assert.equal(conflict.status, 409);
    assert.equal(conflict.data.errors[0].code, 'duplicate_profile');
    assert.equal(conflict.data.errors[0].meta.duplicate_profile_id, id);
  });

  test('upsert creates, then changes', async () => {
    const first = await sandbox.profiles.createOrUpdateProfile(profile({ email: 'upsert@kund.tillbridge.dev', lastName: 'Ek' }));
    assert.equal(first.response.status, 201);
    const second = await sandbox.profiles.createOrUpdateProfile(profile({
      email: 'upsert@kund.tillbridge.dev', externalId: 'sitoo:77', properties: { Shops: ['A'] },
    }));
    assert.equal(second.response.status, 200);
    assert.equal(second.body.data.id, first.body.data.id);
    assert.equal(second.body.data.attributes.lastName, 'Ek');
    assert.equal(second.body.data.attributes.externalId, 'sitoo:77');

    const changed = await sandbox.profiles.updateProfile(first.body.data.id, profile({ lastName: 'Ekman' }, {
      id: first.body.data.id, meta: { patchProperties: { append: { Shops: 'B' } } },
    }));
    assert.equal(changed.body.data.attributes.lastName, 'Ekman');
    assert.deepEqual(changed.body.data.attributes.properties, { Shops: ['A', 'B'] });
  });

  test('get with a filter, sparse fields and pages', async () => {
    for (let i = 0; i < 5; ++i) {
      await sandbox.profiles.createOrUpdateProfile(profile({ email: `page${i}@kund.tillbridge.dev`, externalId: `page:${i}` }));
    }
    const one = await sandbox.profiles.getProfiles(by('email', 'Page3@kund.tillbridge.dev'));
    assert.deepEqual(one.body.data.map((entry) => entry.attributes.externalId), ['page:3']);

    const filter = new FilterBuilder().any('external_id', ['page:0', 'page:1', 'page:2', 'page:3', 'page:4']).build();
    const emails = [];
    let cursor;
    do {
      const page = await sandbox.profiles.getProfiles({
        filter, sort: 'email', pageSize: 2, pageCursor: cursor, fieldsProfile: ['email'],
      });
      emails.push(...page.body.data.map((entry) => entry.attributes.email));
      cursor = page.body.links.next && new URL(page.body.links.next).searchParams.get('page[cursor]');
    } while (cursor);
    assert.deepEqual(emails, [0, 1, 2, 3, 4].map((i) => `page${i}@kund.tillbridge.dev`));
  });

  // Why the account takes application/json by default: the client sends nothing else.
  test('the client\'s media type is taken because the setting says so', async () => {
    const write = () => sandbox.profiles.createOrUpdateProfile(profile({ email: 'media@kund.tillbridge.dev' }));
    await sandbox.set({ accept_application_json: false });
    try {
      assert.equal((await refused(write())).status, 415);
    } finally {
      await sandbox.set({ accept_application_json: true });
    }
    assert.equal((await write()).response.status, 201);
  });

  test('what is wrong is named', async () => {
    const phone = await refused(sandbox.profiles.createProfile(profile({ phoneNumber: '0701740605' })));
    assert.equal(phone.status, 400);
    assert.equal(phone.data.errors[0].source.pointer, '/data/attributes/phone_number');
    const filter = await refused(sandbox.profiles.getProfiles(by('first_name', 'Elin')));
    assert.equal(filter.data.errors[0].source.parameter, 'filter');
    const nobody = await refused(sandbox.profiles.getProfile('01JXNOBODY'));
    assert.equal(nobody.status, 404);
    const stranger = sandbox.client(sdk.ProfilesApi, { numRetries: 1 }, 'pk_other');
    assert.equal((await refused(stranger.getProfiles())).status, 401);
  });
});

describe('events', () => {
  const event = (email, metric, attributes) => ({
    data: { type: EventEnum.Event, attributes: {
      metric: { data: { type: MetricEnum.Metric, attributes: { name: metric } } },
      profile: { data: { type: ProfileEnum.Profile, attributes: { email } } },
      ...attributes,
    } },
  });
  const metricId = async (name) => {
    const all = await sandbox.metrics.getMetrics(by('integration.name', 'API'));
    return all.body.data.find((entry) => entry.attributes.name === name)?.id;
  };
  const profileId = async (email) => (await sandbox.profiles.getProfiles(by('email', email))).body.data[0]?.id;
  const stored = async (email, metric, more = {}) => {
    const filter = new FilterBuilder().equals('profile_id', await profileId(email))
      .equals('metric_id', await metricId(metric)).build();
    return sandbox.events.getEvents({ filter, sort: 'datetime', ...more });
  };

  test('one event, stored once, read back', async () => {
    const email = 'single@kund.tillbridge.dev';
    const body = event(email, 'Placed Order', {
      properties: { OrderId: '20417', Discount: 0, ItemNames: ['Wool cap'] },
      time: new Date('2026-07-20T13:45:10.700+02:00'), value: 299.5, valueCurrency: 'SEK', uniqueId: 'sitoo:20417',
    });
    for (let i = 0; i < 2; ++i) {
      const answer = await sandbox.events.createEvent(body);
      assert.equal(answer.response.status, 202);
      assert.equal(answer.response.data, '');
    }
    await eventually('the event is stored', () => profileId(email));
    const found = await stored(email, 'Placed Order', { include: ['metric', 'profile'] });
    assert.equal(found.body.data.length, 1);
    const { attributes, relationships } = found.body.data[0];
    assert.equal(attributes.timestamp, Date.parse('2026-07-20T11:45:10Z') / 1000);
    assert.equal(new Date(attributes.datetime).toISOString(), '2026-07-20T11:45:10.000Z');
    assert.deepEqual(attributes.eventProperties, {
      OrderId: '20417', ItemNames: ['Wool cap'], $value: 299.5, $value_currency: 'SEK', $event_id: 'sitoo:20417',
    });
    assert.equal(relationships.profile.data.id, await profileId(email));
    assert.deepEqual(found.body.included.map((entry) => entry.type).sort(), ['metric', 'profile']);
    const again = await sandbox.events.getEvent(found.body.data[0].id);
    assert.equal(again.body.data.attributes.uuid, attributes.uuid);
  });

  test('a bulk job, read with filters and the client\'s own paging', async () => {
    // The client reads the cursor out of the link only when the link is Klaviyo's.
    await sandbox.set({ link_base: 'https://a.klaviyo.com' });
    const email = 'bulk@kund.tillbridge.dev';
    const events = Array.from({ length: 25 }, (_, i) => ({
      type: EventEnum.Event, attributes: {
        metric: { data: { type: MetricEnum.Metric, attributes: { name: 'Ordered Product' } } },
        properties: { SKU: `S${i}` }, time: new Date(Date.UTC(2025, 0, 1, 0, 0, i)), uniqueId: `sitoo:1:${i}`,
      },
    }));
    const answer = await sandbox.events.bulkCreateEvents({
      data: { type: 'event-bulk-create-job', attributes: { eventsBulkCreate: { data: [{
        type: 'event-bulk-create', attributes: {
          profile: { data: { type: ProfileEnum.Profile, attributes: { email } } }, events: { data: events },
        },
      }] } } },
    });
    assert.equal(answer.response.status, 202);
    await eventually('the events are stored', () => profileId(email));

    const filter = new FilterBuilder().equals('profile_id', await profileId(email))
      .greaterOrEqual('datetime', new Date(Date.UTC(2025, 0, 1, 0, 0, 5))).build();
    const seen = [];
    let next;
    do {
      const page = await sandbox.events.getEvents({ filter, sort: 'datetime', pageSize: 8, pageCursor: next });
      seen.push(...page.body.data.map((entry) => entry.attributes.eventProperties.SKU));
      next = page.body.links.next;
    } while (next);
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, i) => `S${i + 5}`));
  });

  test('a test address is taken and vanishes', async () => {
    await sandbox.events.createEvent(event('anna@example.com', 'Placed Order', { properties: {} }));
    await sandbox.events.createEvent(event('sync@kund.tillbridge.dev', 'Placed Order', { properties: {} }));
    await eventually('the event behind it is stored', () => profileId('sync@kund.tillbridge.dev'));
    assert.equal(await profileId('anna@example.com'), undefined);
  });

  test('the client waits and repeats when it is throttled', async () => {
    // Three at once reach over two seconds at most, and one a second may pass.
    const patient = sandbox.client(sdk.AccountsApi, { numRetries: 8 });
    const answers = await Promise.all([1, 2, 3].map(() => patient.getAccounts()));
    assert.deepEqual(answers.map((answer) => answer.response.status), [200, 200, 200]);
    assert.equal(answers[0].body.data[0].attributes.preferredCurrency, 'SEK');
    const state = await (await fetch(`http://127.0.0.1:${sandbox.ports.control_port}/control/state`)).json();
    assert.ok(state.klaviyo.throttled.get_accounts >= 1, JSON.stringify(state.klaviyo.throttled));
  });
});

describe('subscriptions', () => {
  const email = 'subscriber@kund.tillbridge.dev';
  const marketing = async () => {
    const found = await sandbox.profiles.getProfiles({ ...by('email', email), additionalFieldsProfile: ['subscriptions'] });
    return found.body.data[0]?.attributes.subscriptions.email.marketing;
  };
  const job = (kind, consent, more = {}) => ({
    data: { type: `profile-subscription-bulk-${kind}-job`, attributes: {
      profiles: { data: [{ type: ProfileEnum.Profile, attributes: {
        email, subscriptions: { email: { marketing: { consent, ...more.consent } } },
      } }] },
      ...more.attributes,
    } },
  });

  test('subscribe, read, unsubscribe', async () => {
    const subscribed = await sandbox.profiles.bulkSubscribeProfiles(job('create', 'SUBSCRIBED'));
    assert.equal(subscribed.response.status, 202);
    const state = await eventually('the consent is there', marketing);
    assert.equal(state.consent, 'SUBSCRIBED');
    assert.equal(state.canReceiveEmailMarketing, true);
    assert.equal(state.method, 'API');

    const left = await sandbox.profiles.bulkUnsubscribeProfiles(job('delete', 'UNSUBSCRIBED'));
    assert.equal(left.response.status, 202);
    const gone = await eventually('the consent is withdrawn', async () => {
      const now = await marketing();
      return now.consent === 'UNSUBSCRIBED' && now;
    });
    assert.equal(gone.canReceiveEmailMarketing, false);
    assert.equal(gone.suppression[0].reason, 'UNSUBSCRIBE');
  });

  test('an imported consent needs its time', async () => {
    const early = await refused(sandbox.profiles.bulkSubscribeProfiles(
      job('create', 'SUBSCRIBED', { attributes: { historicalImport: true } })));
    assert.equal(early.status, 400);
    const at = new Date('2025-03-01T09:30:00Z');
    await sandbox.profiles.bulkSubscribeProfiles(
      job('create', 'SUBSCRIBED', { attributes: { historicalImport: true }, consent: { consentedAt: at } }));
    const state = await eventually('the old consent is there', async () => {
      const now = await marketing();
      return now.consent === 'SUBSCRIBED' && now;
    });
    assert.equal(new Date(state.consentTimestamp).toISOString(), at.toISOString());
  });

  test('lists hold members without consent', async () => {
    const list = await sandbox.lists.createList({ data: { type: 'list', attributes: { name: 'Members' } } });
    const person = await sandbox.profiles.createOrUpdateProfile(profile({ email: 'member@kund.tillbridge.dev' }));
    const added = await sandbox.lists.addProfilesToList(list.body.data.id,
      { data: [{ type: ProfileEnum.Profile, id: person.body.data.id }] });
    assert.equal(added.response.status, 204);
    const members = await sandbox.lists.getProfilesForList(list.body.data.id);
    assert.deepEqual(members.body.data.map((entry) => entry.id), [person.body.data.id]);
  });
});
