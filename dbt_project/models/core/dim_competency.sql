with codes_delivered as (

    select competency_code
    from {{ ref('stg_hr__competency_standards') }}
    union
    select competency_code
    from {{ ref('stg_evaluation__assessment_levels') }}
    union
    select competency_code
    from {{ ref('int_training__programme_competencies') }}

),

technical_codes as (

    select codes_delivered.competency_code
    from codes_delivered
    left join {{ ref('ref_competency') }} as competencies
        on codes_delivered.competency_code = competencies.competency_code
    where competencies.competency_code is null

),

names_delivered as (

    select
        competency_code,
        competency_name,
        row_number() over (
            partition by competency_code
            order by last_delivery_on desc nulls last, competency_name asc nulls last
        ) as recency
    from {{ ref('stg_hr__competency_standards') }}
    where competency_name is not null

),

last_order as (

    select max(competency_order) as competency_order
    from {{ ref('ref_competency') }}

)

select
    competency_code,
    name_id,
    name_en,
    family,
    cast(competency_order as integer) as competency_order
from {{ ref('ref_competency') }}
union all
select
    technical_codes.competency_code,
    coalesce(names_delivered.competency_name, technical_codes.competency_code) as name_id,
    cast(null as {{ dbt.type_string() }}) as name_en,
    'technical' as family,
    cast(
        last_order.competency_order
        + row_number() over (order by technical_codes.competency_code asc nulls last) as integer
    ) as competency_order
from technical_codes
cross join last_order
left join names_delivered
    on
        technical_codes.competency_code = names_delivered.competency_code
        and names_delivered.recency = 1
