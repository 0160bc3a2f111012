-- How many reports come in each year, and how many are answered in time?
select
    extract(year from quality.quarter) as year,
    sum(quality.n_complaints) as n_complaints,
    sum(quality.n_complaints * quality.share_within_sla) / sum(case when quality.share_within_sla is not null then quality.n_complaints end)
        as share_within_sla,
    median(quality.median_working_days_to_close) as median_of_units
from service_quality as quality
where quality.is_all_services
group by year
order by year
