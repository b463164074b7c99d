-- Which requests brought two cookies of one name, so that the server cannot know which one counts?
-- They were set for different domains or paths (RFC 6265 section 4.2.2: servers should not rely on their order).
CREATE VIEW repeated_cookies AS
SELECT exchange_id, connection_id, host, name, count(*) AS cookies, count(DISTINCT value) AS values_sent, frame
FROM http_cookies
WHERE direction = 'sent'
GROUP BY exchange_id, name
HAVING count(*) > 1;
