with totals as (

    select
        totals.*,
        {{ mart_half_up('100 * totals.sum_assessed', 'totals.sum_required', 2) }} as jpm_raw,
        {{ mart_half_up('100 * totals.sum_capped', 'totals.sum_required', 2) }} as jpm_capped
    from {{ ref('int_competency__match_totals') }} as totals

),

rules as (

    select
        rule_set,
        purpose,
        valid_from,
        valid_to,
        lower_bound,
        upper_bound,
        category,
        label_id
    from {{ ref('rule_jpm_category') }}
    where is_default

),

spellings as (

    select
        upper(category) as spelling,
        max(category) as category
    from rules
    group by upper(category)
    union all
    select
        upper(label_id) as spelling,
        max(category) as category
    from rules
    group by upper(label_id)

),

delivered as (

    select
        assessments.assessment_key,
        assessments.jpm_delivered,
        coalesce(min(spellings.category), upper(trim(assessments.category_delivered))) as category_delivered
    from {{ ref('fct_assessment') }} as assessments
    left join spellings
        on upper(trim(assessments.category_delivered)) = spellings.spelling
    group by
        assessments.assessment_key,
        assessments.jpm_delivered,
        assessments.category_delivered

)

select
    totals.assessment_key,
    totals.employee_key,
    totals.assessed_on,
    totals.purpose,
    totals.unit_id,
    totals.position_id,
    totals.position_class,
    cast(totals.n_competencies as bigint) as n_competencies,
    cast(totals.n_below_standard as bigint) as n_below_standard,
    cast(totals.sum_required as bigint) as sum_required,
    cast(totals.sum_assessed as bigint) as sum_assessed,
    cast(totals.sum_capped as bigint) as sum_capped,
    totals.jpm_raw,
    totals.jpm_capped,
    rules.rule_set,
    rules.category,
    cast(delivered.jpm_delivered as decimal(18, 4)) as jpm_delivered,
    delivered.category_delivered,
    case
        when delivered.category_delivered is not null and rules.category is not null
            then delivered.category_delivered = rules.category
    end as is_consistent
from totals
inner join delivered
    on totals.assessment_key = delivered.assessment_key
left join rules
    on
        totals.purpose = rules.purpose
        and totals.assessed_on >= rules.valid_from
        and (rules.valid_to is null or totals.assessed_on < rules.valid_to)
        and (rules.lower_bound is null or totals.jpm_raw >= rules.lower_bound)
        and (rules.upper_bound is null or totals.jpm_raw < rules.upper_bound)
        and totals.jpm_raw is not null
