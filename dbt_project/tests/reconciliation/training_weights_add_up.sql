{#
    What it is: rule sets whose weights in percent do not add up to 100 on a day on which one of their rows begins.
    When it matters: always; the index or the score would no longer run from 0 to 100.
    How to resolve it: correct the weights of the rule set, or close the rows that it replaces.
    Who mends it: BKPSDM.
#}
{% for rules in ['rule_learning_culture', 'rule_training_priority'] %}
    select
        '{{ rules }}' as seed,
        changes.valid_from as counted_on,
        sum(weights.weight) as weight
    from {{ ref(rules) }} as changes
    inner join {{ ref(rules) }} as weights
        on
            changes.valid_from >= weights.valid_from
            and (weights.valid_to is null or changes.valid_from < weights.valid_to)
    group by
        changes.valid_from,
        changes.part
    having sum(weights.weight) <> 100
    {{ 'union all' if not loop.last }}
{% endfor %}
