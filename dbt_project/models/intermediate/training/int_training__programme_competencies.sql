with latest_catalogue_rows as (

    {{ latest_delivered(
        ref('stg_evaluation__training_programmes'),
        ['programme_id'],
        ['programme_id', 'competency_codes'],
        is_snapshot=true
    ) }}

),

competencies_taught as (

    select
        programme_id,
        {{ each_part('competency_codes', ';') }} as competency_code
    from latest_catalogue_rows

)

select distinct
    programme_id,
    trim(competency_code) as competency_code
from competencies_taught
where trim(competency_code) <> ''
