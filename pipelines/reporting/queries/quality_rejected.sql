-- Why rows are rejected: rules that single rows break, in all deliveries, the most frequent first.
select source, extract, check_id, sum(n_failed) as n_failed, sum(n_tested) as n_tested, max(delivery_on) as last_delivery_on,
    any_value(how_to_resolve) as how_to_resolve
from check_results
where level = 'row' and severity = 'error' and n_failed > 0
group by source, extract, check_id
order by n_failed desc, source, extract, check_id
limit 100
