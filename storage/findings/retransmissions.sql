-- Between which hosts was a notable part of the bytes sent again?
-- One row a client and server: 2 % of the payload and 100 kB, or more, on connections seen from both sides.
CREATE VIEW finding_retransmissions AS
SELECT
  'warning' AS severity,
  'retransmissions' AS kind,
  min(id) AS connection_id,
  NULL AS exchange_id,
  first_frame AS frame,
  printf(
    'between %s and %s:%d %.1f %% of the bytes were sent again, %d kB',
    client_ip,
    iif(instr(server_ip, ':'), '[' || server_ip || ']', server_ip),
    server_port,
    100.0 * sum(client_retransmitted_bytes + server_retransmitted_bytes) / sum(client_bytes + server_bytes),
    sum(client_retransmitted_bytes + server_retransmitted_bytes) / 1000
  ) AS summary,
  'Packets are lost on the way, or acknowledgements come late: compare with a capture at the other end.' AS advice
FROM connections
WHERE NOT one_way
GROUP BY client_ip, server_ip, server_port
HAVING
  sum(client_retransmitted_bytes + server_retransmitted_bytes) >= 100000
  AND sum(client_retransmitted_bytes + server_retransmitted_bytes) * 50 >= sum(client_bytes + server_bytes);
