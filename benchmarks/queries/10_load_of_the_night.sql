-- What came in lately, what was rejected, and which checks did not pass?
select
    loads.source,
    loads.extract,
    loads.delivery_on,
    loads.rows_read,
    loads.rows_rejected,
    loads.status,
    count(checks.check_id) as n_checks,
    count(case when checks.status not in ('pass', 'not_applicable') then 1 end) as n_not_passed
from load_quality as loads
left join check_results as checks
    on
        loads.source = checks.source
        and loads.extract = checks.extract
        and loads.delivery_on = checks.delivery_on
where loads.delivery_on > (select max(delivery_on) from load_quality) - interval 90 day
group by all
order by loads.delivery_on desc, loads.source, loads.extract
