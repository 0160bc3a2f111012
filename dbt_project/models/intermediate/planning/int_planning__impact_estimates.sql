{#
    Empty until effects are estimated: the plan then uses what the catalogue promises. A credible effect of a programme on
    a competency becomes a row here, and takes the place of the catalogue without any other change.
#}
select
    cast(null as {{ dbt.type_string() }}) as programme_id,
    cast(null as {{ dbt.type_string() }}) as competency_code,
    cast(null as decimal(18, 4)) as levels_per_seat,
    cast(null as {{ dbt.type_string() }}) as estimator
from {{ ref('int_refresh__as_of') }}
where 1 = 0
