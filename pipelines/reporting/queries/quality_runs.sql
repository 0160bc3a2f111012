-- The last runs of the night, as far as they had ended when the release was made.
select
    run_id,
    any_value(job) as job,
    min(started_at) as started_at,
    case when bool_or(status = 'failure') then 'failure' else 'success' end as status,
    sum(seconds) as seconds,
    max(release_id) as release_id
from refresh_runs
group by run_id
order by started_at desc nulls last, run_id
limit 30
