-- When each home was last heard, for "unknown, never healthy". What a device said before it came
-- to a home was said of another.
CREATE OR REPLACE FUNCTION homes_last_heard()
RETURNS TABLE (home_id text, kind text, last_seen_at timestamptz)
STABLE SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE sql AS $$
    SELECT p.home_id, d.kind, max(seen.measured_at)
    FROM placements p
    JOIN devices d USING (device_id)
    LEFT JOIN LATERAL (
        SELECT measured_at FROM (
            (SELECT r.measured_at FROM room_readings r
             WHERE d.kind = 'room' AND r.device_id = d.device_id
               AND r.measured_at >= p.placed_at
             ORDER BY r.measured_at DESC LIMIT 1)
            UNION ALL
            (SELECT r.measured_at FROM boiler_readings r
             WHERE d.kind = 'boiler' AND r.device_id = d.device_id
               AND r.measured_at >= p.placed_at
             ORDER BY r.measured_at DESC LIMIT 1)
        ) newest
    ) seen ON true
    WHERE p.landlord_id = app_landlord_id() AND p.removed_at IS NULL
      AND (app_home_id() IS NULL OR p.home_id = app_home_id())
      -- Who has moved out is not told whether the home they left is being heard.
      AND (app_tenancy_id() IS NULL OR EXISTS (
          SELECT FROM tenancies t
          WHERE t.landlord_id = p.landlord_id AND t.tenancy_id = app_tenancy_id()
            AND (t.ended_at IS NULL OR t.ended_at > now())))
    GROUP BY p.home_id, d.kind
$$;
