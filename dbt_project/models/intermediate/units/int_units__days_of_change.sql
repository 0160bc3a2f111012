with days_of_change as (

    select valid_from as changed_on
    from {{ ref('int_units__states') }}
    union
    select valid_to as changed_on
    from {{ ref('int_units__states') }}
    where valid_to is not null

)

select
    cast(row_number() over (order by changed_on asc nulls last) as bigint) as change_no,
    changed_on
from days_of_change
