"""Creates a stack, updates it and swaps the instances of its group by hand, as boto3 sees AWS.

Usage: swap.py TEMPLATE, with AWS_ENDPOINT_URL and credentials in the environment.
Prints what it saw as one JSON object.
"""

import json
import sys
import time

import boto3
from botocore.exceptions import ClientError

cloudformation = boto3.client("cloudformation")
autoscaling = boto3.client("autoscaling")
elb = boto3.client("elb")
elbv2 = boto3.client("elbv2")
ec2 = boto3.client("ec2")
s3 = boto3.client("s3")


def until(what, satisfied, seconds=120):
    """Asks until there is an answer, and returns it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = satisfied()
        if answer:
            return answer
        time.sleep(0.1)
    sys.exit(f"waited {seconds} s in vain for {what}")


def stack(wanted):
    def settled():
        found = cloudformation.describe_stacks(StackName="web")["Stacks"][0]
        return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

    found = until(wanted, settled)
    if found["StackStatus"] != wanted:
        sys.exit(f"the stack is {found['StackStatus']} and not {wanted}")
    return found


def group(name):
    return autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]


def serving(outputs, count):
    """The instances that are in service everywhere, once there are so many."""

    def ids():
        classic = elb.describe_instance_health(LoadBalancerName=outputs["BalancerName"])["InstanceStates"]
        targets = elbv2.describe_target_health(TargetGroupArn=outputs["TargetsArn"])["TargetHealthDescriptions"]
        instances = group(outputs["GroupName"])["Instances"]
        found = (
            {each["InstanceId"] for each in classic if each["State"] == "InService"}
            & {each["Target"]["Id"] for each in targets if each["TargetHealth"]["State"] == "healthy"}
            & {each["InstanceId"] for each in instances if each["LifecycleState"] == "InService"}
        )
        return sorted(found) if len(found) == count == len(instances) else None

    return until(f"{count} in service", ids)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        template = file.read()
    cloudformation.validate_template(TemplateBody=template)
    cloudformation.create_stack(StackName="web", TemplateBody=template)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack("CREATE_COMPLETE")["Outputs"]}
    name = outputs["GroupName"]
    old = serving(outputs, 2)

    cloudformation.update_stack(
        StackName="web",
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "ImageId", "ParameterValue": "ami-22222222"}, {"ParameterKey": "Size", "UsePreviousValue": True}],
    )
    stack("UPDATE_COMPLETE")
    try:
        cloudformation.update_stack(StackName="web", UsePreviousTemplate=True, Parameters=[{"ParameterKey": "ImageId", "UsePreviousValue": True}])
        nothing = "an update"
    except ClientError as error:
        nothing = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"

    autoscaling.suspend_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MaxSize=4, DesiredCapacity=4)
    fresh = [each for each in serving(outputs, 4) if each not in old]
    for instance in old:
        autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=instance, ShouldDecrementDesiredCapacity=True)
    until("the old ones to go", lambda: len(group(name)["Instances"]) == 2)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, MaxSize=2, DesiredCapacity=2)
    autoscaling.resume_processes(AutoScalingGroupName=name, ScalingProcesses=["AZRebalance"])

    s3.put_object(Bucket="templates", Key="a b/ü", Body="ünï <&>\r\n".encode())
    after = group(name)
    reservations = ec2.get_paginator("describe_instances").paginate(InstanceIds=fresh).build_full_result()["Reservations"]
    events = cloudformation.get_paginator("describe_stack_events").paginate(StackName="web").build_full_result()["StackEvents"]
    print(
        json.dumps(
            {
                "sizes": [after["MinSize"], after["MaxSize"], after["DesiredCapacity"]],
                "fresh": fresh,
                "serving": serving(outputs, 2),
                "note": next(tag["Value"] for tag in after["Tags"] if tag["Key"] == "note"),
                "images": [instance["ImageId"] for each in reservations for instance in each["Instances"]],
                "nothing": nothing,
                "object": s3.get_object(Bucket="templates", Key="a b/ü")["Body"].read().decode(),
                "events": [event["ResourceStatus"] for event in events],
            }
        )
    )


main()
