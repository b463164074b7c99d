-- Which clients ask again and again, and mostly get no news?
-- One row a client, server and path: twenty requests and more, a minute and less between them, three of four without news.
-- Takes as long as push_techniques.
CREATE VIEW finding_polling_empty AS
SELECT
  'note' AS severity,
  'polling_empty' AS kind,
  e.connection_id AS connection_id,
  e.id AS exchange_id,
  e.request_first_frame AS frame,
  printf(
    '%s asked %s:%d for %s %d times, every %s; %.0f %% of the answers had no news',
    t.client_ip,
    iif(instr(t.server_ip, ':'), '[' || t.server_ip || ']', t.server_ip),
    t.server_port,
    t.path,
    t.requests,
    iif(t.period_s < 1, printf('%.0f ms', 1000 * t.period_s), printf('%.1f s', t.period_s)),
    100 * t.empty_share
  ) AS summary,
  'Ask less often, or let the server tell: by long polling, server-sent events or a WebSocket. See push_techniques.' AS advice
FROM push_techniques AS t
CROSS JOIN http_exchanges AS e ON e.id = t.first_exchange_id
WHERE t.technique = 'short-polling' AND t.requests >= 20 AND t.period_s <= 60 AND t.empty_share >= 0.75;
