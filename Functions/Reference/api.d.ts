// Made by `parley openapi --write` from the endpoints; do not edit.

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string;
  request_id: string;
}

export interface Operations {
  /** The API as an OpenAPI 3.1 document. */
  "GET /api/openapi.json": {
    path: {};
    query: {};
    body: undefined;
    answer: unknown;
  };
  /** The API as a page to read. */
  "GET /api/reference": {
    path: {};
    query: {};
    body: undefined;
    answer: Blob;
  };
  /** The organizations of the signed-in user, oldest first. */
  "GET /api/v1/organizations": {
    path: {};
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: { items: ({ auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; conversations: number; country: string; created_at: string; description: string; id: string; industry: string; is_model_trained: boolean; is_personal: boolean; last_trained_at: string | null; message_limit: number | null; name: string; numbers: (string)[]; onboarding_completed: boolean; open_conversations: number; plan: "starter" | "business" | "enterprise"; quota_message: string; role: "viewer" | "agent" | "admin" | "owner"; time_zone: string; updated_at: string; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number }; website: string; welcome_message: string })[]; next_cursor: string | null };
  };
  /** A new organization, owned by who makes it. */
  "POST /api/v1/organizations": {
    path: {};
    query: {};
    body: { auto_reply?: boolean | null; away_message?: string | null; business_hours?: { [name: string]: unknown } | null; country?: string | null; description?: string | null; industry?: string | null; name: string; onboarding_completed?: boolean | null; quota_message?: string | null; time_zone?: string | null; website?: string | null; welcome_message?: string | null };
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; country: string; created_at: string; description: string; id: string; industry: string; is_personal: boolean; message_limit: number | null; name: string; onboarding_completed: boolean; plan: "starter" | "business" | "enterprise"; quota_message: string; time_zone: string; updated_at: string; website: string; welcome_message: string };
  };
  /** Deletes an organization; its lines no longer answer. */
  "DELETE /api/v1/organizations/{id}": {
    path: { id: string };
    query: { numbers?: "release" | "keep" };
    body: undefined;
    answer: undefined;
  };
  /** An organization with its usage. */
  "GET /api/v1/organizations/{id}": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; conversations: number; country: string; created_at: string; description: string; id: string; industry: string; is_model_trained: boolean; is_personal: boolean; last_trained_at: string | null; message_limit: number | null; name: string; numbers: (string)[]; onboarding_completed: boolean; open_conversations: number; plan: "starter" | "business" | "enterprise"; quota_message: string; role: "viewer" | "agent" | "admin" | "owner"; time_zone: string; updated_at: string; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number }; website: string; welcome_message: string };
  };
  /** Changes the fields that are named; the others stay. */
  "PATCH /api/v1/organizations/{id}": {
    path: { id: string };
    query: {};
    body: { auto_reply?: boolean | null; away_message?: string | null; business_hours?: { [name: string]: unknown } | null; country?: string | null; description?: string | null; industry?: string | null; name?: string | null; onboarding_completed?: boolean | null; quota_message?: string | null; time_zone?: string | null; website?: string | null; welcome_message?: string | null };
    answer: { auto_reply: boolean; away_message: string; business_hours: { [name: string]: unknown }; country: string; created_at: string; description: string; id: string; industry: string; is_personal: boolean; message_limit: number | null; name: string; onboarding_completed: boolean; plan: "starter" | "business" | "enterprise"; quota_message: string; time_zone: string; updated_at: string; website: string; welcome_message: string };
  };
  /** Usage of the month and messages of the last 30 days. */
  "GET /api/v1/organizations/{id}/stats": {
    path: { id: string };
    query: {};
    body: undefined;
    answer: { conversations: number; days: ({ ai_replies: number; day: string; inbound: number; outbound: number })[]; is_model_trained: boolean; last_trained_at: string | null; numbers: (string)[]; open_conversations: number; usage: { ai_replies: number; cost_micros: number; inbound: number; limit: number; outbound: number; period: string; remaining: number; tokens_in: number; tokens_out: number; unpriced_runs: number; used: number } };
  };
}
