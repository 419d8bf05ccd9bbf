import type { IncidentId } from '../../src/domain/ids.ts';
import { objectClasses } from '../../src/domain/object-class.ts';
import { cameraSchema } from '../../src/edge/camera-config.ts';
import type { CameraScenes } from '../../src/edge/scene/camera-scenes.ts';
import { sceneModules } from '../../src/edge/scene/registry.ts';
import { calendarSchema, SiteCalendar } from '../../src/edge/scene/rule/site-calendar.ts';
import { type ObservedCamera, observedCamera, scenesOf } from '../../src/edge/scenes-of-camera.ts';

/** The site's days. */
export const streetCalendar = calendarSchema.parse({});

/** A camera with a polygon over most of its picture and a line across it, watched for these scenes; all unless given. */
export function streetCamera(
  id: string,
  scenes: readonly string[] = sceneModules.map((each) => each.id),
  zones: readonly string[] = ['street', 'front', 'gate'],
): ObservedCamera {
  const polygon = (name: string, top: number, tags: readonly string[]) => ({
    id: name,
    tags,
    points: [
      [0.1, top],
      [0.9, top],
      [0.95, 0.95],
      [0.5, 0.98],
      [0.05, 0.95],
    ],
  });
  const line = [
    [0.5, 0.1],
    [0.5, 0.95],
  ];
  return observedCamera(
    cameraSchema.parse({
      id,
      name: id,
      division: '330502',
      lat: 30.87,
      lon: 120.43,
      stream: { url: 'rtsp://host/1' },
      zones: [
        polygon('street', 0.3, ['roadway', 'bank']),
        polygon('front', 0.6, ['sidewalk', 'water']),
        { id: 'gate', kind: 'line', points: line, tags: ['climb'] },
      ],
      scenes: Object.fromEntries(scenes.map((scene) => [scene, { zones }])),
    }),
  );
}

/** Its scenes, with incidents numbered from 1. */
export function streetScenes(camera: ObservedCamera): CameraScenes {
  let incidents = 0;
  return scenesOf(camera, {
    calendar: new SiteCalendar(streetCalendar),
    provided: new Set(objectClasses),
    newId: () => `${camera.id}-${++incidents}` as IncidentId,
  });
}
