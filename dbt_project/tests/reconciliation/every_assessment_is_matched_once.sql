{#
    What it is: job_person_match has each assessment of fct_assessment once and nothing else.
    When it matters: always; an assessment that two rules or positions claim would count twice.
    How to resolve it: read the rows that the test returns; look for overlapping rows in rule_jpm_category or dim_employee.
    Who mends it: whoever maintains the pipeline.
#}
with matched as (

    select
        assessment_key,
        count(*) as n_rows
    from {{ ref('job_person_match') }}
    group by assessment_key

)

select
    coalesce(assessments.assessment_key, matched.assessment_key) as assessment_key,
    matched.n_rows
from {{ ref('fct_assessment') }} as assessments
full outer join matched
    on assessments.assessment_key = matched.assessment_key
where
    assessments.assessment_key is null
    or matched.assessment_key is null
    or matched.n_rows <> 1
