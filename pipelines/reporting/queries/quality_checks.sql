-- Checks by kind and outcome.
select
    origin,
    kind,
    count(*) as n_checks,
    count(*) filter (where status = 'pass') as n_passed,
    count(*) filter (where status = 'warn') as n_warned,
    count(*) filter (where status in ('fail', 'error')) as n_errors
from check_results
group by origin, kind
order by origin, kind
