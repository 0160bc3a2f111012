{#
    What it is: plans that may fall short of the proven optimum by more than largest_gap of rule_planning_parameter.
    When it matters: the plan can still be carried out, but a better one may exist.
    How to resolve it: run the job on a less busy machine, or raise the time of the solver in pipelines/planning/optimum.py.
    Who mends it: whoever maintains the pipeline.
#}
select distinct
    plan.scenario,
    plan.optimality_gap
from {{ ref('training_plan') }} as plan
inner join {{ ref('int_planning__scenarios') }} as scenarios
    on plan.scenario = scenarios.scenario
where plan.optimality_gap > scenarios.largest_gap
