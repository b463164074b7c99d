-- Which clients ask again and again, and mostly get no news?
-- One row a client, server and path: twenty requests and more, a minute and less between them, three of four without news.
-- Takes as long as push_techniques.
CREATE VIEW finding_polling_empty AS
SELECT
  'note' AS severity,
  'polling_empty' AS kind,
  NULL AS connection_id,
  NULL AS exchange_id,
  NULL AS frame,
  printf(
    '%s asked %s:%d for %s %d times, every %s; %.0f %% of the answers had no news',
    client_ip,
    iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip),
    server_port,
    path,
    requests,
    iif(period_s < 1, printf('%.0f ms', 1000 * period_s), printf('%.1f s', period_s)),
    100 * empty_share
  ) AS summary,
  'Ask less often, or let the server tell: by long polling, server-sent events or a WebSocket. See push_techniques.' AS advice
FROM push_techniques
WHERE technique = 'short-polling' AND requests >= 20 AND period_s <= 60 AND empty_share >= 0.75;
