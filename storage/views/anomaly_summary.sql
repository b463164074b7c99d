-- Which anomalies are there, how many of each, and where is the first?
CREATE VIEW anomaly_summary AS
SELECT
  code,
  count(*) AS anomalies,
  count(DISTINCT connection_id) AS connections,
  min(id) AS first_anomaly_id,
  frame AS first_frame,
  detail AS example
FROM anomalies
GROUP BY code
ORDER BY anomalies DESC, code;
