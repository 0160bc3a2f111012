-- Satisfaction and answers to reports over all units that serve citizens, weighted by respondents and by reports.
select
    quarter,
    count(ikm_published) as n_units,
    sum(n_responses) as n_responses,
    sum(n_responses * ikm_published) / sum(n_responses) filter (where ikm_published is not null) as ikm_published,
    sum(n_complaints) as n_complaints,
    sum(n_complaints * share_within_sla) / sum(n_complaints) filter (where share_within_sla is not null) as share_within_sla
from service_quality
where is_all_services
group by quarter
order by quarter
