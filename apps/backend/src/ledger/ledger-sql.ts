/* Statements of the ledger that are longer than the code around them. $1 is the handover's id. */

/** An upload whose bytes are on their way; a task that nobody has ended. */
const UPLOAD_UNDER_WAY = `status IN ('open', 'completing', 'stored')`;
const TASK_UNDER_WAY = `status IN ('pending', 'queued', 'running')`;

/** Not by counting the rows that are written: the two must agree by themselves. */
export const COUNT_SHARED = `
  SELECT (SELECT count(*)::int FROM upload WHERE ${UPLOAD_UNDER_WAY}) AS upload,
         (SELECT count(*)::int FROM processing_task WHERE ${TASK_UNDER_WAY}) AS job`;

export const INSERT_LISTED = `
  INSERT INTO handover_item (handover_id, kind, item, session, detail)
  SELECT $1, kind, item, session, detail FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS listed (kind, item, session, detail)`;

export const INSERT_UPLOADS = `
  INSERT INTO handover_item (handover_id, kind, item, detail)
  SELECT $1, 'upload', id::text, file_name FROM upload WHERE ${UPLOAD_UNDER_WAY}`;

export const INSERT_JOBS = `
  INSERT INTO handover_item (handover_id, kind, item, detail)
  SELECT $1, 'job', task.id::text, version.file_name FROM processing_task task
  JOIN model_version version ON version.id = task.model_version_id WHERE task.${TASK_UNDER_WAY}`;

export const FORGET_OLD = `DELETE FROM handover WHERE at < now() - interval '30 days'`;

export const CURRENT = `
  SELECT id, from_slot AS "from", to_slot AS "to" FROM handover
  WHERE at > now() - interval '10 minutes' ORDER BY at DESC LIMIT 1`;

/**
 * What nobody has closed is read from what it stands for: parts at the store and jobs in the queue are in no slot's memory, so they
XX */
export const READ_ROWS = `
  SELECT entry.kind, entry.item, entry.session, entry.late, entry.detail, entry.to_slot AS "toSlot", entry.gap_ms AS "gapMs", entry.retries,
    entry.closed_at AS "closedAt",
    CASE
      WHEN task.effects > 1 THEN 'doubled'
      WHEN entry.outcome IS NOT NULL THEN entry.outcome
      WHEN entry.kind = 'page' THEN 'quiet'
      WHEN entry.kind = 'upload' AND upload.id IS NULL OR entry.kind = 'job' AND task.id IS NULL THEN 'left'
      WHEN upload.${UPLOAD_UNDER_WAY} OR task.${TASK_UNDER_WAY} THEN 'carried'
      WHEN entry.kind IN ('upload', 'job') THEN 'finished'
    END AS outcome
  FROM handover_item entry
  LEFT JOIN upload ON upload.id = CASE WHEN entry.kind = 'upload' THEN entry.item::uuid END
  LEFT JOIN processing_task task ON task.id = CASE WHEN entry.kind = 'job' THEN entry.item::uuid END
  WHERE entry.handover_id = $1 ORDER BY entry.kind, entry.at, entry.item`;
