// The reference for inbound webhooks: one Node.js process (Debian's node-express and node-pg) that verifies the same
// signature and makes the same inserts on the same Postgres, as its users would write it: a pool, prepared statements,
// one transaction per message.
const crypto = require('crypto');
const express = require('express');
const { Pool } = require('pg');

const { DATABASE_URL, TWILIO_AUTH_TOKEN, PUBLIC_URL, PORT } = process.env;
const pool = new Pool({
  connectionString: DATABASE_URL,
  max: 16,
  options: '-c search_path=parley,public -c TimeZone=UTC',
});
const app = express();
app.use(express.urlencoded({ extended: false, limit: '1mb' }));

function signed(request) {
  const names = Object.keys(request.body).sort();
  const text = names.reduce((all, name) => all + name + request.body[name], PUBLIC_URL + request.originalUrl);
  const expected = crypto.createHmac('sha1', TWILIO_AUTH_TOKEN).update(text, 'utf8').digest();
  const given = Buffer.from(request.get('x-twilio-signature') || '', 'base64');
  return given.length === expected.length && crypto.timingSafeEqual(given, expected);
}

// Version 7: months are told by it.
function newID() {
  const bytes = crypto.randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const run = (client, name, text, values) => client.query({ name, text, values });

async function receive(client, form) {
  const now = new Date();
  const channel = (await run(client, 'channel',
    "select id, organization_id from parley.bench_channel($1)", [form.To])).rows[0];
  await run(client, 'enter', "select set_config('parley.organization', $1, true)", [channel.organization_id]);
  await run(client, 'lock', 'select pg_advisory_xact_lock(hashtextextended($1, 0))', [form.From]);
  let address = (await run(client, 'address',
    "select contact_id from contact_addresses where organization_id = $1 and kind = 'whatsapp_twilio' and address = $2",
    [channel.organization_id, form.From])).rows[0];
  if (!address) {
    const contact = newID();
    await run(client, 'contact',
      'insert into contacts (id, organization_id, name, created_at, updated_at) values ($1, $2, $3, $4, $4)',
      [contact, channel.organization_id, form.ProfileName || '', now]);
    await run(client, 'new-address',
      `insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
       values ($1, 'whatsapp_twilio', $2, $3, $4)`, [channel.organization_id, form.From, contact, now]);
    address = { contact_id: contact };
  }
  const conversation = (await run(client, 'conversation',
    `insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
       last_inbound_at, last_message_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $7)
     on conflict (organization_id, channel_id, local_address, remote_address)
       do update set last_inbound_at = $7, last_message_at = $7 returning id`,
    [newID(), channel.organization_id, channel.id, address.contact_id, form.From, form.To, now])).rows[0];
  const turn = (await run(client, 'turn',
    `insert into turns (id, organization_id, conversation_id, opened_at, due_at) values ($1, $2, $3, $4, $5)
     on conflict (organization_id, conversation_id) where state = 'open' do update set due_at = excluded.due_at returning id`,
    [newID(), channel.organization_id, conversation.id, now, new Date(now.getTime() + 2000)])).rows[0];
  const message = newID();
  const known = await run(client, 'known',
    'select from message_keys where organization_id = $1 and channel_id = $2 and provider_message_id = $3',
    [channel.organization_id, channel.id, form.MessageSid]);
  if (known.rowCount > 0) return;
  await run(client, 'message',
    `insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body,
       provider_message_id, status, turn_id, created_at)
     values ($1, $2, $3, $4, 'inbound', 'contact', $5, $6, 'received', $7, $8)`,
    [message, channel.organization_id, conversation.id, channel.id, form.Body, form.MessageSid, turn.id, now]);
  await run(client, 'job',
    `insert into jobs (id, organization_id, kind, key, state, run_at, created_at)
     values ($1, $2, 'turn', $3, 'scheduled', $4, $4)
     on conflict (organization_id, kind, key) where state in ('scheduled', 'ready')
       do update set run_at = excluded.run_at`,
    [newID(), channel.organization_id, conversation.id, now]);
  await run(client, 'decision',
    `insert into decisions (organization_id, conversation_id, turn_id, message_id, gate, outcome, reason, at)
     values ($1, $2, $3, $4, 'received', 'passed', 'The message arrived.', $5)`,
    [channel.organization_id, conversation.id, turn.id, message, now]);
  await run(client, 'event',
    `insert into events (organization_id, type, subject_id, data, at) values ($1, 'message.received', $2, '{}', $3)`,
    [channel.organization_id, message, now]);
  await run(client, 'usage',
    `insert into usage_slots (organization_id, period, slot, inbound)
     values ($1, to_char($2::timestamptz, 'YYYY-MM'), pg_backend_pid() % 256, 1)
     on conflict (organization_id, period, slot) do update set inbound = usage_slots.inbound + 1`,
    [channel.organization_id, now]);
}

app.post('/api/whatsapp/webhook', async (request, response) => {
  if (!signed(request)) return response.status(403).json({ title: 'Forbidden' });
  const client = await pool.connect();
  try {
    await client.query('begin');
    await receive(client, request.body);
    await client.query('commit');
    response.type('text/xml').send('<Response/>');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    response.status(500).json({ title: 'Internal Server Error' });
  } finally {
    client.release();
  }
});

app.listen(Number(PORT), '127.0.0.1');
