{{ config(materialized='table') }}

with programmes as (

    select distinct
        outcome,
        programme_id
    from {{ ref('int_impact__cell_effects') }}

)

select
    programmes.outcome,
    programmes.programme_id,
    sample_rows.cluster_id,
    sample_rows.first_treated,
    count(*) as n_members
from programmes
inner join {{ ref('int_impact__sample') }} as sample_rows
    on
        programmes.outcome = sample_rows.outcome
        and coalesce(sample_rows.series_programme_id, programmes.programme_id) = programmes.programme_id
        and coalesce(sample_rows.programme_id, programmes.programme_id) = programmes.programme_id
group by
    programmes.outcome,
    programmes.programme_id,
    sample_rows.cluster_id,
    sample_rows.first_treated
